"""Files of networks trained elsewhere: from their bytes to recurrent layers and a head."""
