// The desk without a reload: announces new tickets, keeps their number in the title, tells when a page is out of date.
(function () {
  'use strict';
  var title = document.title, unseen = 0;

  function badge() { document.title = unseen ? '（' + unseen + ' 件新的）' + title : title; }

  function announce(words) {
    var place = document.getElementById('announce');
    if (place) { place.textContent = words; }
  }

  function toast(words, address, urgency) {
    var box = document.getElementById('toasts');
    if (!box) { return; }
    var link = document.createElement('a');
    link.className = 'desk-toast' + (urgency === 'emergency' ? ' desk-toast-emergency' : '');
    link.href = address;
    link.textContent = words;
    box.appendChild(link);
    // An emergency stays until somebody looks.
    if (urgency !== 'emergency') { setTimeout(function () { link.remove(); }, 12000); }
  }

  document.addEventListener('arrival', function (event) {
    var news = JSON.parse(event.detail.data);
    var words = news.head + '：' + news.what + '，' + news.urgency_name + '，' + news.place;
    var page = document.querySelector('[data-ticket]');
    var read = !document.hidden && page && page.getAttribute('data-ticket') === news.number;
    if (news.talk && read) { return; }
    announce(words);
    toast(words, '/desk/tickets/' + encodeURIComponent(news.number), news.urgency);
    if (document.hidden) { unseen += 1; badge(); }
  });

  // A ticket page is never redrawn under somebody's hands: half a reply may be typed in it. Only the talk is, and while
  // nothing else has changed the page counts as seen.
  document.addEventListener('changed', function (event) {
    var news = JSON.parse(event.detail.data);
    var page = document.querySelector('[data-ticket]');
    if (!page || page.getAttribute('data-ticket') !== news.number || page.hasAttribute('data-acting')) { return; }
    fetch('/desk/tickets/' + encodeURIComponent(news.number) + '/talk', { credentials: 'same-origin' })
      .then(function (answer) { return answer.ok ? answer.text() : ''; })
      .then(function (text) { if (!showTalk(page, text)) { tellStale(); } }, tellStale);
  });

  function tellStale() {
    var note = document.getElementById('stale');
    if (note) { note.hidden = false; announce('这张工单有新的变化，点“刷新”看最新的。'); }
  }

  // Puts the newest lines in; false when something else than the talk has changed.
  function showTalk(page, text) {
    var old = document.getElementById('talk');
    var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('talk');
    if (!old || !fresh) { return false; }
    var same = old.getAttribute('data-seen') === fresh.getAttribute('data-seen');
    var seen = old.getAttribute('data-seen');
    old.parentNode.replaceChild(document.adoptNode(fresh), old);
    toEnd();
    if (!same) { fresh.setAttribute('data-seen', seen); return false; }
    var versions = page.querySelectorAll('input[name=version]');
    for (var i = 0; i < versions.length; i++) { versions[i].value = fresh.getAttribute('data-version'); }
    return true;
  }

  // Connected, and connected again: the list asks for what came in between.
  document.addEventListener('ready', function () {
    document.documentElement.setAttribute('data-live', '');
    document.getElementById('offline').hidden = true;
  });
  document.addEventListener('htmx:sse:error', function () {
    document.documentElement.removeAttribute('data-live');
    document.getElementById('offline').hidden = false;
  });

  document.addEventListener('signedout', function () { location.reload(); });

  document.addEventListener('visibilitychange', function () {
    if (!document.hidden) { unseen = 0; badge(); }
  });

  // The own change comes back as news too: not worth a notice.
  document.addEventListener('htmx:before:request', function (event) {
    var page = document.querySelector('[data-ticket]');
    if (page && page.contains(event.target)) { page.setAttribute('data-acting', ''); }
  });
  document.addEventListener('htmx:after:swap', function () {
    setTimeout(function () {
      var page = document.querySelector('[data-ticket]');
      if (page) { page.removeAttribute('data-acting'); }
    }, 2500);
  });

  // A long talk is read from its end.
  function toEnd() {
    var talk = document.querySelector('.desk-talk');
    if (talk) { talk.scrollTop = talk.scrollHeight; }
  }
  document.addEventListener('htmx:after:swap', toEnd);
  toEnd();

  // Only one account menu, and it closes when one taps elsewhere.
  document.addEventListener('click', function (event) {
    var open = document.querySelector('.desk-me[open]');
    if (open && !open.contains(event.target)) { open.removeAttribute('open'); }
  });
})();
