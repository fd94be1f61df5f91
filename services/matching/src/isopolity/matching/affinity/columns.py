"""What stands in which column of the arrays of places, and of what these are made."""

X, Y, Z, SIZE, ORDER, WEALTH, RANK = range(7)
"""Of traits: a point of the unit sphere, the logarithm of the population, and so on."""
COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND = range(6)
"""Of codes."""
