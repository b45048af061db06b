// A photo: from camera or album, looked at first, then sent. Made smaller on the device (2,000 px, JPEG): quick on a slow
// line, and what a camera writes into a file, such as the place, is gone.
(function (yimi) {
  'use strict';
  var draw = yimi.draw, byId = draw.byId;
  var panel = byId('photo'), form = byId('say'), box = byId('text'), pick = byId('pick'), note = byId('photo-note');
  var choose = byId('photo-choose'), look = byId('photo-look'), send = byId('photo-send');
  var LONGEST = 2000, SHOWN = 640, QUALITY = 0.85, LARGEST = 60 * 1024 * 1024, AS_IT_IS = 20 * 1024 * 1024;
  // Cameras note which way is up. Where the browser does not heed it, the server turns the photo (and cleans it).
  var TURNS = window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image');
  var ready = null, turn = 0;

  if (!window.FormData || !window.FileReader || !HTMLCanvasElement.prototype.toBlob) { return; }
  pick.hidden = false;

  function open(words, choosing) {
    form.hidden = true;
    panel.hidden = false;
    choose.hidden = !choosing;
    send.hidden = true;
    look.textContent = '';
    note.textContent = words;
    ready = null;
  }
  function close() {
    turn += 1;  // what is still being read is not wanted any more
    ready = null;
    panel.hidden = true;
    form.hidden = false;
    look.textContent = '';
    pick.focus();
  }

  function canvasOf(image, longest) {
    var width = image.naturalWidth, height = image.naturalHeight, scale = Math.min(1, longest / Math.max(width, height));
    var canvas = draw.element('canvas'), pen = canvas.getContext('2d');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    pen.fillStyle = '#fff';  // transparent would turn black
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  function wrong(words) {
    open(words, true);
    byId('photo-album').focus();
  }

  function take(input) {
    var file = input.files && input.files[0], mine = turn += 1;
    if (!file) { return; }
    input.value = '';  // the same picture may be chosen again
    if (file.type && file.type.indexOf('image/') !== 0) { return wrong('这不是照片。请选一张照片。'); }
    if (file.size > LARGEST) { return wrong('这张照片太大了，手机处理不了。请换一张，或者截个图再发。'); }
    open('正在打开照片，请稍等……', false);
    var reader = new FileReader(), image = new Image();
    var unreadable = function () {
      if (mine !== turn) { return; }
      // The format of iPhones: the server can read it.
      if (/hei[cf]$/i.test(file.type || file.name) && file.size <= AS_IT_IS) { return preview(file, null); }
      wrong('这张照片打不开。请换一张，或者把它截个图再发。');
    };
    reader.onerror = image.onerror = unreadable;
    reader.onload = function () { image.src = reader.result; };
    image.onload = function () {
      if (mine !== turn) { return; }
      if (!TURNS && /jpe?g$/i.test(file.type || file.name) && file.size <= AS_IT_IS) { return preview(file, canvasOf(image, SHOWN)); }
      canvasOf(image, LONGEST).toBlob(function (blob) {
        if (mine !== turn) { return; }
        if (!blob) { return unreadable(); }
        preview(blob, canvasOf(image, SHOWN));
      }, 'image/jpeg', QUALITY);
    };
    reader.readAsDataURL(file);
  }

  function preview(blob, canvas) {
    var words = box.value.replace(/^\s+|\s+$/g, ''), question = canvas ? '要发这张照片吗？' : '这张照片在这里显示不出来，照样能发给社工。要发吗？';
    if (canvas) {
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', '要发的照片');
      look.appendChild(canvas);
    }
    note.textContent = question + (words ? '您写的话一起发：' + words : '');
    ready = { blob: blob, canvas: canvas, text: words };
    send.hidden = false;
    send.focus();
  }

  function bar() {
    var line = draw.element('p', 'progress', '正在发照片……'), progress = draw.element('progress');
    progress.max = 100;
    progress.setAttribute('aria-label', '照片发了多少');
    line.appendChild(progress);
    return {
      line: line,
      // `part`: 0 to 1; null: over.
      set: function (part) {
        line.hidden = part === null;
        if (part === null) { return; }
        progress.value = Math.round(part * 100);
        line.firstChild.nodeValue = part < 1 ? '正在发照片，' + progress.value + '%' : '照片发过去了，等一下回复……';
      }
    };
  }

  function submit() {
    if (!ready) { return; }
    var sent = ready, progress = bar();
    if (sent.canvas) { sent.canvas.setAttribute('aria-label', '您发的照片'); }
    box.value = '';
    close();
    draw.announce('正在发照片');
    progress.set(0);
    yimi.wire.enqueue({ text: sent.text, photo: { blob: sent.blob, canvas: sent.canvas, progress: progress.set } })
      .appendChild(progress.line);
    draw.toBottom();
  }

  var camera = byId('camera'), album = byId('album');
  camera.onchange = album.onchange = function () { take(this); };
  byId('photo-camera').onclick = function () { camera.click(); };
  byId('photo-album').onclick = function () { album.click(); };
  byId('photo-cancel').onclick = close;
  send.onclick = submit;
  panel.onkeydown = function (event) { if (event.key === 'Escape') { close(); } };
  pick.onclick = function () {
    // A computer has no camera to open: straight to its files.
    if (window.matchMedia && !matchMedia('(pointer: coarse)').matches) { return album.click(); }
    open('照片从哪里来？', true);
    byId('photo-camera').focus();
  };
})(window.yimi);
