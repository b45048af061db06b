// 长辈版: messages read aloud, only by a Chinese voice of the device: others send the words to somebody's server. Without
// one nothing is offered (html lacks the class `voiced`).
(function (yimi) {
  'use strict';
  var speech = window.speechSynthesis, draw = yimi.draw, auto = draw.byId('auto');
  if (!speech || !window.SpeechSynthesisUtterance) { return; }
  var voice = null, parts = [], button = null, fresh = [];

  // 2 for Mandarin of the mainland, 1 for Mandarin elsewhere, 0 for others (Cantonese is another language to hear).
  function rank(each) {
    var tag = each.lang.replace(/_/g, '-').toLowerCase();
    if (!each.localService || !/^(zh|cmn)(-|$)/.test(tag) || /-(hk|mo)$/.test(tag)) { return 0; }
    return /-(tw|hant)/.test(tag) ? 1 : 2;
  }
  function find() {
    var list = speech.getVoices(), best = 0;
    voice = null;
    for (var i = 0; i < list.length; i++) {
      if (rank(list[i]) > best) { best = rank(list[i]); voice = list[i]; }
    }
    document.documentElement.classList[voice ? 'add' : 'remove']('voiced');
    draw.measure();
  }

  // Telephone and ticket numbers are read digit by digit, sums of money as sums.
  function spelled(text) {
    return text.replace(/(^|\D)(1(?:10|19|20|22)|\d{5,})(?!\d|\s*(?:元|块|万|人))/g, function (all, before, digits) {
      return before + digits.split('').join(' ');
    });
  }
  function wordsOf(item) {
    var words = item.querySelector('.bubble').innerText, next = item.nextSibling;
    while (next && next.nodeType !== 1) { next = next.nextSibling; }
    if (next && next.className === 'choices') {
      var pills = next.querySelectorAll('.pill');
      words += '。您可以点：';
      for (var i = 0; i < pills.length; i++) {
        if (pills[i].offsetParent) { words += pills[i].textContent + '。'; }
      }
    }
    return words;
  }

  function label(text) { if (button) { button.firstChild.nodeValue = text; } }
  function stop() {
    label('读给我听');
    button = null;
    parts = [];
    speech.cancel();
  }
  function read(text, from) {
    stop();
    button = from;
    label('别读了');
    // Sentence by sentence: some browsers go silent in the middle of a long text.
    var sentences = spelled(text).match(/[^。！？；\n]+[。！？；\n]*/g) || [];
    for (var i = 0; i < sentences.length; i++) {
      var part = new SpeechSynthesisUtterance(sentences[i]);
      part.voice = voice;
      part.lang = voice.lang;
      part.rate = 0.9;
      parts.push(part);  // kept: a browser may forget what nobody holds
      part.onend = part.onerror = ended;
      speech.speak(part);
    }
  }
  function ended() { if (parts.length && this === parts[parts.length - 1]) { stop(); } }

  function isAuto() { return yimi.recall('aloud') === '1'; }
  auto.setAttribute('aria-pressed', isAuto() ? 'true' : 'false');
  auto.onclick = function () {
    yimi.keep('aloud', isAuto() ? null : '1');
    auto.setAttribute('aria-pressed', isAuto() ? 'true' : 'false');
    if (!isAuto()) { return stop(); }
    var said = draw.byId('log').querySelectorAll('.bot, .worker');
    if (said.length) { read(wordsOf(said[said.length - 1]), said[said.length - 1].querySelector('.read')); }
  };
  draw.byId('log').addEventListener('click', function (event) {
    if (event.target.className !== 'read') { return; }
    if (event.target === button) { stop(); } else { read(wordsOf(event.target.parentNode), event.target); }
  });
  // All messages of one answer, with the buttons below them, in one go.
  draw.onHeard(function (item) {
    if (!voice || !isAuto() || !yimi.isElder()) { return; }
    if (!fresh.length) {
      setTimeout(function () {
        var words = '', first = fresh[0].querySelector('.read');
        for (var i = 0; i < fresh.length; i++) { words += (i ? '\n' : '') + wordsOf(fresh[i]); }
        fresh = [];
        read(words, first);
      }, 0);
    }
    fresh.push(item);
  });

  yimi.hush = stop;
  window.addEventListener('pagehide', stop);
  if (speech.addEventListener) { speech.addEventListener('voiceschanged', find); } else { speech.onvoiceschanged = find; }
  find();
})(window.yimi);
