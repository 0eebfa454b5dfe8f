throw new Error("no workflow that runs here asks for a Python");
