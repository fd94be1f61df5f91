"""matching: holds the network of members as a graph and proposes twinnings and sponsorships, with reasons."""
