// The conversation on the page: messages, buttons, cards, emergency numbers. Plain ES5, like all scripts of this page: it
// must run on the old phone of an old farmer.
(function (yimi) {
  'use strict';
  var byId = function (id) { return document.getElementById(id); };
  var scroll = byId('scroll'), above = byId('above'), talk = byId('talk'), log = byId('log'), news = byId('news');
  var below = byId('below'), wait = byId('wait'), waiting = null;
  var WHO = { resident: '我说：', bot: '助手说：', worker: '社工说：', system: '提示：' };
  var tickets = {};  // ticket numbers shown
  var listeners = [];  // told of each new message of the assistant or a worker

  function element(tag, className, text) {
    var node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.appendChild(document.createTextNode(text)); }
    if (tag === 'button') { node.type = 'button'; }
    return node;
  }

  // Screen readers are told of each thing once, here; a restored talk is not read out.
  function announce(words) {
    var line = element('p', '', words);
    news.appendChild(line);
    setTimeout(function () { news.removeChild(line); }, 30000);  // what was said stays in the talk
  }

  // ---- where the reader is ----
  function fixed() { return getComputedStyle(above).position === 'sticky' ? above.offsetHeight : 0; }
  function left() { return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight; }
  function atBottom() { return left() < 160; }
  // Who does not know that a page goes on below is told.
  function tellMore() {
    var more = left() > 60;
    if (!more && document.activeElement === below) { talk.focus({ preventScroll: true }); }
    below.hidden = !more;
  }
  // What has the keyboard's focus must not hide behind the top, or the button over the end.
  function measure() {
    scroll.style.scrollPaddingTop = fixed() + 8 + 'px';
    tellMore();
    scroll.style.scrollPaddingBottom = (yimi.isElder() || !below.offsetHeight ? 8 : below.offsetHeight + 16) + 'px';
  }
  function toBottom() { scroll.scrollTop = scroll.scrollHeight; }
  // A long answer is read from its beginning.
  function toTop(node) {
    scroll.scrollTop += node.getBoundingClientRect().top - scroll.getBoundingClientRect().top - fixed() - 12;
  }

  // ---- messages ----
  function add(node) {
    var follow = atBottom();
    log.appendChild(node);
    if (follow) { toBottom(); }
    measure();
    return node;
  }

  // Telephone numbers become links; sums, ages and ticket numbers do not.
  var PHONE = /(^|[^\d\-])(1(?:10|19|20|22)|12[3-9]\d\d|1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?![\d\-]|\s*(?:元|块|岁|斤|%|万|个|名|分))/g;
  function fill(bubble, text) {
    var from = 0, found;
    PHONE.lastIndex = 0;
    while ((found = PHONE.exec(text)) !== null) {
      var begin = found.index + found[1].length;
      bubble.appendChild(document.createTextNode(text.slice(from, begin)));
      var link = element('a', '', found[2]);
      link.href = 'tel:' + found[2];
      bubble.appendChild(link);
      from = begin + found[2].length;
    }
    bubble.appendChild(document.createTextNode(text.slice(from)));
  }

  // `picture`: a path on this server, or a canvas that shows what is being sent.
  function say(author, text, picture) {
    var item = element('li', author);
    item.appendChild(element('span', 'who', WHO[author] || ''));
    var bubble = element('div', 'bubble');
    if (author === 'worker') { bubble.appendChild(element('span', 'label', '社工回复您')); }
    if (author === 'resident') { bubble.appendChild(document.createTextNode(text)); } else { fill(bubble, text); }
    if (picture && picture.nodeType) {
      bubble.appendChild(picture);
    } else if (picture && picture.charAt(0) === '/' && picture.charAt(1) !== '/') {
      var image = element('img');
      image.alt = author === 'resident' ? '您发的照片' : '图片';
      image.src = picture;
      bubble.appendChild(image);
    }
    item.appendChild(bubble);
    if (author === 'bot' || author === 'worker') { item.appendChild(element('button', 'read', '读给我听')); }
    return add(item);
  }

  // Of the system, not of a person.
  function tell(text) {
    announce(text);
    return say('system', text);
  }

  // Returns them, for `putBack`.
  function dropChoices() {
    var old = log.querySelectorAll('.choices'), last = old.length ? old[old.length - 1] : null;
    for (var i = 0; i < old.length; i++) {
      // The keyboard stays in the talk when the button under it goes.
      if (old[i].contains(document.activeElement)) { talk.focus({ preventScroll: true }); }
      log.removeChild(old[i]);
    }
    return last;
  }

  // Nothing was answered: they can be pressed still.
  function putBack(choices) {
    if (choices && !log.querySelector('.choices')) { add(choices); }
  }

  function offer(buttons) {
    dropChoices();
    var item = element('li', 'choices');
    item.appendChild(element('span', 'who', '您可以点：'));
    for (var i = 0; i < buttons.length; i++) {
      var pill = element('button', 'pill', buttons[i].title);
      pill.setAttribute('data-payload', buttons[i].payload);
      item.appendChild(pill);
    }
    add(item);
  }

  // Buttons stay last, below a ticket card or a worker's words that came after them.
  function choicesLast() {
    var choices = log.querySelector('.choices'), focused = document.activeElement;
    if (!choices || choices === log.lastChild) { return; }
    add(choices);
    if (choices.contains(focused)) { focused.focus({ preventScroll: true }); }
  }

  function calls(restored) {
    var item = element('li', 'calls'), words = '现在有危险，请马上打电话：';
    item.appendChild(element('p', '', words));
    var row = element('div'), lines = [['110', '报警'], ['120', '急救'], ['12356', '心理援助']];
    for (var i = 0; i < lines.length; i++) {
      var link = element('a', '', lines[i][0] + ' ' + lines[i][1]);
      link.href = 'tel:' + lines[i][0];
      row.appendChild(link);
      words += lines[i].join(' ') + '，';
    }
    item.appendChild(row);
    if (!restored) { announce(words); }
    // Straight below what was said.
    var said = log.querySelectorAll('.resident');
    var after = said.length ? said[said.length - 1].nextSibling : null;
    if (after) { log.insertBefore(item, after); } else { add(item); }
  }

  function ticket(number, restored) {
    if (tickets[number]) { return; }
    tickets[number] = true;
    var card = element('li', 'card');
    card.appendChild(document.createTextNode('✓ 社工站已经收到，受理号：'));
    card.appendChild(element('b', '', number));
    card.appendChild(element('small', '', '记下来或者截个图。问进度时说这个号就行，就在这里问。'));
    add(card);
    if (!restored) { announce('社工站已经收到，受理号：' + number); }
  }

  // One message of the server. A restored one is neither announced nor read aloud.
  function show(message, restored) {
    var author = message.author || 'bot', buttons = message.buttons || [], titles = [];
    if (author !== 'worker') { dropChoices(); }
    var item = say(author, message.text || (author === 'resident' ? '［照片］' : ''), message.image);
    if (buttons.length) { offer(buttons); }
    if (restored || author === 'resident') { return; }
    for (var i = 0; i < buttons.length; i++) { titles.push(buttons[i].title); }
    announce((WHO[author] || '') + message.text + (titles.length ? '。您可以点：' + titles.join('，') : ''));
    for (i = 0; i < listeners.length; i++) { listeners[i](item); }
  }

  function setWaiting(on) {
    wait.hidden = !on;
    clearTimeout(waiting);
    if (on) {
      toBottom();
      waiting = setTimeout(function () { announce('正在回复，请稍等'); }, 3000);
    }
  }

  scroll.addEventListener('scroll', measure);
  window.addEventListener('resize', measure);
  below.onclick = function () { scroll.scrollTop += (scroll.clientHeight - fixed()) * 0.8; };
  measure();
  yimi.draw = {
    byId: byId, element: element, announce: announce, say: say, tell: tell, show: show, ticket: ticket, calls: calls,
    dropChoices: dropChoices, putBack: putBack, choicesLast: choicesLast, toBottom: toBottom, toTop: toTop, measure: measure,
    setWaiting: setWaiting, onHeard: function (listener) { listeners.push(listener); },
    forgetTickets: function () { tickets = {}; }
  };
})(window.yimi);
