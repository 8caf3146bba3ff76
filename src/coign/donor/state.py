"""What the donor's own acts call things."""

#: Why a bag stands still whose donor is reactive, until it bears the hazard label and stands apart.
HAZARD_NOT_MARKED = "the donor is reactive, and the bag is not yet labelled as a hazard and set apart"
