// Before the first paint: large type and what the browser remembers of it. No cookie is used.
(function () {
  'use strict';
  var large = false;
  try { large = localStorage.getItem('yimi.large') === '1'; } catch (e) { /* private mode: not remembered */ }
  if (large) { document.documentElement.className = 'large'; }
})();
