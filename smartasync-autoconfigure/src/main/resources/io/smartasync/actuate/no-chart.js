// Chart.js is not on the class path: the page shows its tables only
