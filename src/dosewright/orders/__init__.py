"""Protocol, site, patient and day become one order, with its working and its findings; values in, values out."""
