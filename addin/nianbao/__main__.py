"""`python -m nianbao` is the command `nianbao`."""

from .cli import main

if __name__ == "__main__":
    main()
