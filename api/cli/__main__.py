"""`python -m api.cli`: the command `huiyin`."""

from api.cli import main

main()
