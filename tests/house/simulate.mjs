// An independent judge of IAM policies: {"policies": {who: document}, "asks": [{who, action, resource}]} on standard input, a verdict for each ask on
// standard output: Allowed, ImplicitlyDenied or ExplicitlyDenied. Usage: node simulate.mjs <account> < asks.json
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const [account] = process.argv.slice(2)
const { policies, asks } = JSON.parse(readFileSync(0, 'utf8'))

async function verdict({ who, action, resource }) {
  const response = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/${who}`,
        action,
        resource: { resource, accountId: account },
        contextVariables: {},
      },
      identityPolicies: [{ name: who, policy: policies[who] }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )
  if (response.resultType === 'error') throw new Error(`${who} ${action} ${resource}: ${JSON.stringify(response.errors)}`)
  return response.overallResult ?? response.result
}

const verdicts = []
for (const ask of asks) verdicts.push(await verdict(ask))
process.stdout.write(JSON.stringify(verdicts))
