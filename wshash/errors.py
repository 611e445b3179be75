"""The one error that a user's input can cause."""


class InputError(ValueError):
    """Bad input: the message names the file or value, what is wrong with it, and the remedy.

    The command line prints the message alone; any other exception is a bug and keeps its traceback.
    """
