// Shows this server's URL in the examples.
for (const element of document.querySelectorAll('.origin')) element.textContent = location.origin;
