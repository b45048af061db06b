// What the resident does with the chat. Drawing is in draw.js, the line to the server in wire.js.
(function (yimi) {
  'use strict';
  var draw = yimi.draw, wire = yimi.wire, byId = draw.byId, box = byId('text');

  function enqueue(text, payload) {
    if (yimi.hush) { yimi.hush(); }
    wire.enqueue({ text: text, payload: payload });
  }

  function grow() {
    box.style.height = 'auto';
    box.style.height = Math.min(box.scrollHeight + 4, Math.round(window.innerHeight * 0.4)) + 'px';
  }

  function submit() {
    var text = box.value.replace(/^\s+|\s+$/g, '');
    if (!text) { box.focus(); return; }
    box.value = '';
    grow();
    enqueue(text);
  }

  byId('say').onsubmit = function (event) { event.preventDefault(); submit(); box.focus(); };
  box.oninput = grow;
  box.onkeydown = function (event) {
    // While a Chinese input method is composing, Enter chooses a word.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    }
  };
  byId('log').addEventListener('click', function (event) {
    var pill = event.target;
    if (!pill.classList.contains('pill')) { return; }
    enqueue(pill.getAttribute('data-say') || pill.textContent, pill.getAttribute('data-payload'));
    // On a phone the keyboard would slide over the answer: it comes when the box is tapped.
    var touch = window.matchMedia && matchMedia('(pointer: coarse)').matches;
    (touch ? byId('talk') : box).focus({ preventScroll: true });
  });

  // One tap to a person: said like anything else, so that the worker reads it.
  byId('person').onclick = function () { enqueue('我要找真人'); };

  byId('elder').onclick = function () {
    if (yimi.hush) { yimi.hush(); }
    yimi.setElder(!yimi.isElder());
    // The link that opened the page does not decide again at the next reload.
    var rest = location.search.replace(/([?&])elder=[01](&|$)/, '$1').replace(/[?&]$/, '');
    if (window.history.replaceState) { history.replaceState(null, '', location.pathname + rest); }
    draw.announce(yimi.isElder() ? '已经是长辈版：字大，按钮大' : '已经是标准版');
    grow();
    draw.measure();
    draw.toBottom();
  };

  function fresh() {
    if (wire.hasSession() && !window.confirm('要开始一个新的对话吗？之前说过的会从这个手机上收起来，已经受理的照常办。')) { return; }
    wire.forget();
    location.href = '/';
  }
  var buttons = document.querySelectorAll('.fresh');
  for (var i = 0; i < buttons.length; i++) { buttons[i].onclick = fresh; }

  // A reload restores the conversation: the first call answers at once with everything said so far.
  if (wire.hasSession()) { draw.dropChoices(); wire.listen(); }
})(window.yimi);
