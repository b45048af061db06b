// The one-time link was used: remember the session it opened and go to the conversation.
(function () {
  'use strict';
  var tag = document.querySelector('meta[name="yimi-session"]');
  try { localStorage.setItem('yimi.session', tag.content); } catch (e) { /* private mode: a new conversation */ }
  location.replace('/');
})();
