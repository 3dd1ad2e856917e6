"""One package per page of the app. No chapter imports another."""
