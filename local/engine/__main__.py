from local.engine.server import run

run()
