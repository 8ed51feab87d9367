// An outside parser of X12 in strict mode: a list of files on standard input, for each "" or why it refuses it on standard output; with what it read of
// each transaction set: [kind, [segment tags]]. Usage: node strict.mjs < files.json
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { X12Parser } = createRequire(import.meta.url)('node-x12')

function judged(text) {
  try {
    const read = new X12Parser(true).parse(text)
    const every = read.functionalGroups ? [read] : [...read]
    const sets = every.flatMap((it) => it.functionalGroups.flatMap((group) => group.transactions))
    return { refused: '', sets: sets.map((set) => [set.header.valueOf(1), set.segments.map((each) => [each.tag, ...each.elements.map((element) => element.value)])]) }
  } catch (problem) {
    return { refused: String(problem.message ?? problem), sets: [] }
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judged)))
