"""What to give: the protocol as its source prints it, the facts of its drugs, and the hospital's own policy."""
