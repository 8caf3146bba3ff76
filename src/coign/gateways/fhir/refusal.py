"""No, and at which element: what the sender needs to mend the file."""

from coign.kernel.errors import FieldError, Invalid


class FhirRefused(Invalid):
    """A file that is not taken; `element` is the place in it, such as `Patient.birthDate`."""

    def __init__(self, element: str, message: str) -> None:
        super().__init__(FieldError(element, message))
        self.element = element
        self.problem = message


class FhirMalformed(FhirRefused):
    """A file that is no resource at all, or not of the shape that every resource of its type has."""
