// The residents' chat page. Plain ES5 on purpose: it must run on the old phone of an old farmer.
(function () {
  'use strict';

  var byId = function (id) { return document.getElementById(id); };
  var root = document.documentElement, body = document.body;
  var log = byId('log'), scroll = byId('scroll'), wait = byId('wait'), box = byId('text');
  var WHO = { resident: '我说：', bot: '助手说：', worker: '社工说：', system: '提示：' };

  // ---- what the browser remembers -------------------------------------------------------------------------------
  var memory = {};
  function recall(key) { try { return localStorage.getItem('yimi.' + key); } catch (e) { return memory[key] || null; } }
  function keep(key, value) {
    memory[key] = value;
    try {
      if (value === null) { localStorage.removeItem('yimi.' + key); } else { localStorage.setItem('yimi.' + key, value); }
    } catch (e) { /* private mode: this page only */ }
  }

  // A number nobody can guess: 128 random bits, in hexadecimal. Null on a browser that has no good randomness.
  function randomId() {
    var source = window.crypto || window.msCrypto;
    if (!source || !source.getRandomValues) { return null; }
    var bytes = source.getRandomValues(new Uint8Array(16)), text = '';
    for (var i = 0; i < bytes.length; i++) { text += (bytes[i] + 256).toString(16).slice(1); }
    return text;
  }
  function messageId() { return randomId() || 'm' + new Date().getTime() + '-' + Math.floor(Math.random() * 1e9); }

  var session = recall('session');
  var last = 0;            // highest message id shown
  var shown = {};          // message ids shown
  var mine = {};           // my message ids -> bubble
  var tickets = {};        // ticket numbers shown
  var urgency = 'routine';
  var queue = [];          // what I said and the server does not have yet, in order
  var busy = false, polling = null, pollDelay = 0, hiddenSince = 0;
  var start = (/[?&]s=([^&#]{1,200})/.exec(location.search) || [])[1] || null;
  if (start) { start = decodeURIComponent(start.replace(/\+/g, ' ')); }

  // ---- drawing --------------------------------------------------------------------------------------------------
  function element(tag, className, text) {
    var node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.appendChild(document.createTextNode(text)); }
    return node;
  }

  function atBottom() { return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160; }
  function toBottom() { scroll.scrollTop = scroll.scrollHeight; }
  function add(node) {
    var follow = atBottom();
    log.appendChild(node);
    if (follow) { toBottom(); }
    return node;
  }

  // Telephone numbers become links; sums of money, ages and ticket numbers do not.
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

  function say(author, text, image) {
    var item = element('li', author);
    item.appendChild(element('span', 'who', WHO[author] || ''));
    var bubble = element('div', 'bubble');
    if (author === 'worker') { bubble.appendChild(element('span', 'label', '社工回复您')); }
    if (author === 'resident') { bubble.appendChild(document.createTextNode(text)); } else { fill(bubble, text); }
    if (image && image.charAt(0) === '/' && image.charAt(1) !== '/') {
      var picture = element('img');
      picture.alt = '';
      picture.src = image;
      bubble.appendChild(picture);
    }
    item.appendChild(bubble);
    return add(item);
  }

  function dropChoices() {
    var old = log.querySelectorAll('.choices');
    for (var i = 0; i < old.length; i++) { old[i].parentNode.removeChild(old[i]); }
  }

  function offer(buttons) {
    dropChoices();
    if (!buttons || !buttons.length) { return; }
    var item = element('li', 'choices');
    item.appendChild(element('span', 'who', '您可以点：'));
    for (var i = 0; i < buttons.length; i++) {
      var pill = element('button', 'pill', buttons[i].title);
      pill.type = 'button';
      pill.setAttribute('data-payload', buttons[i].payload);
      item.appendChild(pill);
    }
    add(item);
  }

  function showCalls() {
    var item = element('li', 'calls');
    item.appendChild(element('p', '', '现在有危险，请马上打电话：'));
    var row = element('div'), lines = [['110', '报警'], ['120', '急救'], ['12356', '心理援助']];
    for (var i = 0; i < lines.length; i++) {
      var link = element('a', '', lines[i][0] + ' ' + lines[i][1]);
      link.href = 'tel:' + lines[i][0];
      row.appendChild(link);
    }
    item.appendChild(row);
    // Straight below what was said, above everything the assistant has to add.
    var said = log.querySelectorAll('.resident');
    var after = said.length ? said[said.length - 1].nextSibling : null;
    if (after) { log.insertBefore(item, after); } else { add(item); }
  }

  function showTicket(number) {
    if (tickets[number]) { return; }
    tickets[number] = true;
    var card = element('li', 'card');
    card.appendChild(document.createTextNode('✓ 社工站已经收到，受理号：'));
    card.appendChild(element('b', '', number));
    card.appendChild(element('small', '', '记下来或者截个图。问进度时说这个号就行，就在这里问。'));
    add(card);
  }

  // One message row of the server, shown once whichever way it came.
  function receive(message) {
    if (message.id) {
      if (shown[message.id]) { return; }
      shown[message.id] = true;
      if (message.id > last) { last = message.id; }
    }
    if (message.author === 'resident') {
      var bubble = message.message_id && mine[message.message_id];
      if (bubble) { bubble.className = 'resident'; return; }
    }
    if (message.author !== 'worker') { dropChoices(); }
    say(message.author || 'bot', message.text || '', message.image);
    if (message.buttons && message.buttons.length) { offer(message.buttons); }
  }

  function receiveAll(answer) {
    var i, list = answer.messages || [];
    for (i = 0; i < list.length; i++) { receive(list[i]); }
    list = answer.tickets || [];
    for (i = 0; i < list.length; i++) { showTicket(list[i]); }
    if (answer.urgency === 'emergency' && urgency !== 'emergency') { showCalls(); }
    if (answer.urgency) {
      urgency = answer.urgency;
      body.className = urgency === 'emergency' ? 'emergency' : '';
    }
    // Buttons stay last, below a ticket card or the call buttons that came with them.
    var choices = log.querySelector('.choices');
    if (choices && choices !== log.lastChild) { add(choices); }
  }

  // ---- the wire -------------------------------------------------------------------------------------------------
  function post(path, data, timeout, done) {
    var request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'application/json');
    request.timeout = timeout;
    request.onload = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (e) { /* a proxy's own page */ }
      done(answer ? request.status : 0, answer || {}, request);
    };
    request.onerror = request.ontimeout = function () { done(0, {}, request); };
    request.send(JSON.stringify(data));
    return request;
  }

  function enqueue(text, payload) {
    var message = { id: messageId(), text: text, payload: payload || null };
    dropChoices();
    message.bubble = say('resident', text);
    message.bubble.className = 'resident sending';
    mine[message.id] = message.bubble;
    toBottom();
    queue.push(message);
    pump();
  }

  function failed(message, words) {
    message.bubble.className = 'resident failed';
    var again = element('button', 'again', words);
    again.type = 'button';
    again.onclick = function () {
      message.bubble.removeChild(again);
      message.bubble.className = 'resident sending';
      queue.unshift(message);
      pump();
      box.focus();
    };
    message.bubble.appendChild(again);
    toBottom();
  }

  // Sends what was said, one after the other, each with its own id: the server drops what it already has.
  function pump() {
    if (busy || !queue.length) { return; }
    var message = queue.shift(), data = { session: session, message_id: message.id };
    if (message.payload) { data.payload = message.payload; } else { data.text = message.text; }
    busy = true;
    wait.hidden = false;
    toBottom();
    // The session is opened first: then even the very first message can be repeated without becoming two.
    if (!session) { return open(message); }
    post('/api/v1/chat', data, 60000, function (status, answer, request) {
      busy = false;
      wait.hidden = true;
      if (status === 200) {
        message.bubble.className = 'resident';
        receiveAll(answer);
        // A long answer is read from its beginning.
        scroll.scrollTop = message.bubble.offsetTop - scroll.offsetTop - 12;
        listen();
      } else {
        trouble(message, status, answer, request);
      }
      pump();
    });
  }

  function open(message) {
    post('/api/v1/chat/open', { start: start }, 30000, function (status, answer, request) {
      busy = false;
      wait.hidden = true;
      if (status === 200) {
        session = answer.session;
        start = null;
        keep('session', session);
        queue.unshift(message);
      } else {
        trouble(message, status, answer, request);
      }
      pump();
    });
  }

  function trouble(message, status, answer, request) {
    if (status === 404) {
      forget();
      say('system', '上一次的对话已经结束了，这里接着给您开一个新的。');
      queue.unshift(message);
    } else if (status === 429) {
      var seconds = parseInt(request.getResponseHeader('Retry-After'), 10) || 5;
      queue.unshift(message);
      busy = true;
      wait.hidden = false;
      setTimeout(function () { busy = false; wait.hidden = true; pump(); }, seconds * 1000);
    } else if (status === 0) {
      failed(message, '没发出去，点这里重发');
    } else {
      say('system', answer.detail || '系统出了点问题，没有收到。');
      failed(message, '点这里再发一次');
    }
  }

  // Waits for what comes without being asked: a social worker's reply, or what another tab said.
  function listen() {
    if (polling || !session) { return; }
    var asked = session;
    polling = post('/api/v1/chat/updates', { session: session, after: last }, 40000, function (status, answer) {
      polling = null;
      if (session !== asked) { return listen(); }
      if (status === 200) {
        pollDelay = 0;
        receiveAll(answer);
      } else if (status === 404) {
        return forget();
      } else {
        pollDelay = Math.min(30000, pollDelay ? pollDelay * 2 : 2000);
      }
      // A page left open in a pocket stops asking; it goes on when looked at.
      if (document.hidden && hiddenSince && new Date().getTime() - hiddenSince > 600000) { return; }
      setTimeout(listen, pollDelay || 50);
    });
  }

  function forget() {
    session = null;
    last = 0;
    shown = {};
    tickets = {};
    urgency = 'routine';
    body.className = '';
    keep('session', null);
  }

  // ---- what the resident does -----------------------------------------------------------------------------------
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
  log.onclick = function (event) {
    var pill = event.target;
    if (!pill || pill.className !== 'pill') { return; }
    var payload = pill.getAttribute('data-payload');
    enqueue(pill.getAttribute('data-say') || pill.textContent, payload);
    box.focus({ preventScroll: true });
  };

  var large = byId('large');
  function showSize() { large.setAttribute('aria-pressed', root.className === 'large' ? 'true' : 'false'); }
  large.onclick = function () {
    root.className = root.className === 'large' ? '' : 'large';
    keep('large', root.className === 'large' ? '1' : null);
    showSize();
    grow();
    toBottom();
  };
  showSize();

  byId('fresh').onclick = function () {
    if (session && !window.confirm('要开始一个新的对话吗？之前说过的会从这个手机上收起来，已经受理的照常办。')) { return; }
    forget();
    location.href = '/';
  };

  document.addEventListener('visibilitychange', function () {
    hiddenSince = document.hidden ? new Date().getTime() : 0;
    if (!document.hidden) { listen(); }
  });
  window.addEventListener('online', function () { pollDelay = 0; listen(); });

  // A reload restores the conversation: the first call answers at once with everything said so far.
  if (session) { dropChoices(); listen(); }
})();
