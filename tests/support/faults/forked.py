"""What the server imports that children are forked from: with it everything is loaded."""

from tests.support.faults.child import make_ready

make_ready()
