"""Keeps the garbage collector from looking again and again at what lives as long as the process."""

import gc

#: New objects between two looks at the youngest. The default of 700 is less than one batch makes.
YOUNG_MAX = 50_000


def settle() -> None:
    """After everything is loaded: code, catalogue and programmes are not looked at any more (a tenth of all work)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, 20, 50)
