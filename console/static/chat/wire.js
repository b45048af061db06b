// What is said goes out one after the other, each with its id, and is repeated over a bad line; what comes unasked (a
// worker's reply) arrives by a long poll. No time limit for the resident.
(function (yimi) {
  'use strict';
  var draw = yimi.draw;
  var session = yimi.recall('session');
  var last = 0;  // highest message id shown
  var shown = {};  // message ids shown
  var mine = {};  // my message ids -> list item
  var urgency = 'routine';
  var queue = [];  // said, and not yet with the server
  var busy = false, polling = null, pollDelay = 0, hiddenSince = 0;
  var start = (/[?&]s=([^&#]{1,200})/.exec(location.search) || [])[1] || null;
  if (start) { start = decodeURIComponent(start.replace(/\+/g, ' ')); }

  // 128 random bits; without good randomness at least nobody says it twice.
  function messageId() {
    var source = window.crypto || window.msCrypto, text = '';
    if (!source || !source.getRandomValues) { return 'm' + new Date().getTime() + '-' + Math.floor(Math.random() * 1e9); }
    var bytes = source.getRandomValues(new Uint8Array(16));
    for (var i = 0; i < bytes.length; i++) { text += (bytes[i] + 256).toString(16).slice(1); }
    return text;
  }

  // A message of the server, shown once whichever way it came.
  function receive(message, restored) {
    if (message.id) {
      if (shown[message.id]) { return; }
      shown[message.id] = true;
      if (message.id > last) { last = message.id; }
    }
    var own = message.author === 'resident' && message.message_id && mine[message.message_id];
    if (own) { own.className = 'resident'; } else { draw.show(message, restored); }
  }

  function receiveAll(answer, restored) {
    var i, list = answer.messages || [];
    for (i = 0; i < list.length; i++) { receive(list[i], restored); }
    list = answer.tickets || [];
    for (i = 0; i < list.length; i++) { draw.ticket(list[i], restored); }
    if (answer.urgency === 'emergency' && urgency !== 'emergency') { draw.calls(restored); }
    if (answer.urgency) {
      urgency = answer.urgency;
      document.body.className = urgency === 'emergency' ? 'emergency' : '';
    }
    draw.choicesLast();
  }

  function post(path, data, timeout, done, progress) {
    var request = new XMLHttpRequest(), form = window.FormData && data instanceof FormData;
    request.open('POST', path);
    if (!form) { request.setRequestHeader('Content-Type', 'application/json'); }
    request.timeout = timeout;
    if (progress && request.upload) {
      request.upload.onprogress = function (event) { if (event.lengthComputable) { progress(event.loaded / event.total); } };
    }
    request.onload = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (e) { /* a proxy's own page */ }
      done(answer ? request.status : 0, answer || {}, request);
    };
    request.onerror = request.ontimeout = function () { done(0, {}, request); };
    request.send(form ? data : JSON.stringify(data));
    return request;
  }

  // `said`: {text, payload?} or {text, photo: {blob, canvas, progress(part)}}.
  function enqueue(said) {
    var message = { id: messageId(), text: said.text, payload: said.payload || null, photo: said.photo || null };
    message.choices = draw.dropChoices();
    var item = draw.say('resident', message.text || (message.photo.canvas ? '' : '［照片］'), message.photo && message.photo.canvas);
    message.items = [item];
    mark(message, 'sending');
    mine[message.id] = item;
    draw.toBottom();
    queue.push(message);
    pump();
    return item;
  }

  // `state`: sending, failed, or "" once the server has it.
  function mark(message, state) {
    for (var i = 0; i < message.items.length; i++) { message.items[i].className = state ? 'resident ' + state : 'resident'; }
  }

  // What was typed while an answer was on its way is answered once. Never what was sent before: it may be there.
  function gather(message) {
    while (plain(message) && queue.length && plain(queue[0])) {
      var next = queue.shift();
      next.text = message.text + '\n' + next.text;
      next.items = message.items.concat(next.items);
      next.choices = next.choices || message.choices;
      message = next;
    }
    return message;
  }

  function plain(message) { return !message.payload && !message.photo && !message.sent; }

  function failed(message, words) {
    mark(message, 'failed');
    var again = draw.element('button', 'again', words), item = message.items[message.items.length - 1];
    again.onclick = function () {
      item.removeChild(again);
      mark(message, 'sending');
      queue.unshift(message);
      pump();
      draw.byId('text').focus();
    };
    item.appendChild(again);
    draw.announce(words);
    draw.toBottom();
  }

  function body(message) {
    if (!message.photo) {
      var said = { session: session, message_id: message.id };
      if (message.payload) { said.payload = message.payload; } else { said.text = message.text; }
      return said;
    }
    var form = new FormData();
    form.append('session', session);
    form.append('message_id', message.id);
    if (message.text) { form.append('text', message.text); }
    form.append('file', message.photo.blob, 'photo.jpg');
    return form;
  }

  function pump() {
    if (busy || !queue.length) { return; }
    var message = gather(queue.shift()), photo = message.photo;
    busy = true;
    draw.setWaiting(true);
    // The session first: then even the first message can be repeated safely.
    if (!session) { return open(message); }
    message.sent = true;
    post(photo ? '/api/v1/chat/attachments' : '/api/v1/chat', body(message), photo ? 600000 : 60000,
      function (status, answer, request) {
        busy = false;
        draw.setWaiting(false);
        if (photo) { photo.progress(null); }
        if (status === 200) {
          mark(message, '');
          receiveAll(answer);
          if (!(answer.messages || []).length) { draw.putBack(message.choices); }
          draw.toTop(message.items[0]);
          listen();
        } else {
          trouble(message, status, answer, request);
        }
        pump();
      }, photo && photo.progress);
  }

  function open(message) {
    post('/api/v1/chat/open', { start: start }, 30000, function (status, answer, request) {
      busy = false;
      draw.setWaiting(false);
      if (status === 200) {
        session = answer.session;
        start = null;
        yimi.keep('session', session);
        queue.unshift(message);
      } else {
        trouble(message, status, answer, request);
      }
      pump();
    });
  }

  function trouble(message, status, answer, request) {
    if (status === 404 && !message.reopened) {
      message.reopened = true;  // once
      forget();
      draw.tell('上一次的对话已经结束了，这里接着给您开一个新的。');
      queue.unshift(message);
    } else if (status === 429) {
      var seconds = parseInt(request.getResponseHeader('Retry-After'), 10) || 5;
      queue.unshift(message);
      busy = true;
      draw.setWaiting(true);
      setTimeout(function () { busy = false; draw.setWaiting(false); pump(); }, seconds * 1000);
    } else if (status === 0) {
      failed(message, '没发出去，点这里重发');
    } else if (message.photo && status < 500 && status !== 408) {
      // The same picture would be refused again.
      mark(message, 'failed');
      draw.tell(answer.detail || '这张照片没发成，请换一张试试。');
      draw.toBottom();
    } else {
      draw.tell(answer.detail || '系统出了点问题，没有收到。');
      failed(message, '点这里再发一次');
    }
  }

  function listen() {
    if (polling || !session) { return; }
    var asked = session, after = last;
    polling = post('/api/v1/chat/updates', { session: session, after: after }, 40000, function (status, answer) {
      polling = null;
      if (session !== asked) { return listen(); }
      if (status === 200) {
        pollDelay = 0;
        receiveAll(answer, after === 0);
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
    draw.forgetTickets();
    urgency = 'routine';
    document.body.className = '';
    yimi.keep('session', null);
  }

  document.addEventListener('visibilitychange', function () {
    hiddenSince = document.hidden ? new Date().getTime() : 0;
    if (!document.hidden) { listen(); }
  });
  window.addEventListener('online', function () { pollDelay = 0; listen(); });

  yimi.wire = { enqueue: enqueue, forget: forget, hasSession: function () { return !!session; }, listen: listen };
})(window.yimi);
