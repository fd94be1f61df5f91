"""notify: mails proposals with their reasons, takes the answers, and knows what became of each mail."""
