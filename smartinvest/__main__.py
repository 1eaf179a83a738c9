"""`python -m smartinvest` is the installed command line."""

from smartinvest.cli import main

main()
