from shared.plumbing.migrate import run_environment

run_environment()
