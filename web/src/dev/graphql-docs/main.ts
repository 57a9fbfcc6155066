// The examples are of this server.
for (const place of document.querySelectorAll('.origin')) place.textContent = location.origin;
