"""What history knows: cities as places, the twinnings between them, and the chance that two become twins."""
