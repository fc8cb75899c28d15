"""What the person at the keyboard can put right: one sentence that says what is wrong and what to do."""


class Trouble(Exception):
    """Its text is shown as it stands, without a traceback."""
