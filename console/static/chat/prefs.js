// Before the first paint: what this device remembers, and whether the page is the 长辈版. A link decides with ?elder=1 or
// ?elder=0; the device remembers it. No cookie is used.
window.yimi = (function () {
  'use strict';
  var root = document.documentElement, memory = {};

  function recall(key) { try { return localStorage.getItem('yimi.' + key); } catch (e) { return memory[key] || null; } }
  function keep(key, value) {
    memory[key] = value;
    try {
      if (value === null) { localStorage.removeItem('yimi.' + key); } else { localStorage.setItem('yimi.' + key, value); }
    } catch (e) { /* private mode: this page only */ }
  }
  function isElder() { return root.classList.contains('elder'); }
  function setElder(on) {
    keep('elder', on ? '1' : null);
    root.classList[on ? 'add' : 'remove']('elder');
  }

  var asked = /[?&]elder=([01])(?:&|$)/.exec(location.search);
  if (asked) { setElder(asked[1] === '1'); } else if (recall('elder') === '1') { root.classList.add('elder'); }
  return { recall: recall, keep: keep, isElder: isElder, setElder: setElder };
})();
