"""Passwords of made-up people: hashed like everybody's, with next to no work."""

from django.contrib.auth.hashers import ScryptPasswordHasher


class QuickScrypt(ScryptPasswordHasher):
    """The same algorithm and the same form of the hash; a thousandth of the work."""

    work_factor = 2**4
