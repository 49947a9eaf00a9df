
(function () {
  "use strict";
  var bar = document.getElementById("filter");
  var find = document.getElementById("filter-text");
  var shown = document.getElementById("shown");
  var nothing = document.getElementById("nothing");
  var boxes = list(bar, "input[type=checkbox]");
  var items = list(document, ".item");
  var texts = null;

  function list(where, selector) { return Array.prototype.slice.call(where.querySelectorAll(selector)); }

  // What the filter looks at: the name of the domain, and what the entry says.
  function textOf(item) {
    var domain = item.closest(".domain");
    var name = domain && domain !== item ? domain.querySelector("h3").textContent + " " : "";
    return (name + item.textContent).toLowerCase();
  }

  function filter() {
    var words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) { texts = items.map(textOf); }
    var wanted = {};
    boxes.forEach(function (box) { wanted[box.value] = box.checked; });
    var n = 0;
    items.forEach(function (item, i) {
      var fits = wanted[item.dataset.v] && words.every(function (w) { return texts[i].indexOf(w) >= 0; });
      item.hidden = !fits;
      if (fits) { n++; }
    });
    hideEmpty(".matrix tr[id]", function (row) { return entriesOf(row).every(function (e) { return e.hidden; }); });
    hideEmpty(".matrix tbody", function (body) { return !body.querySelector("tr[id]:not([hidden])"); });
    hideEmpty(".domain:not(.item)", function (d) { return !d.querySelector(".item:not([hidden])"); });
    hideEmpty("[data-group]", function (g) { return !g.querySelector(".item:not([hidden])"); });
    nothing.hidden = n > 0;
    shown.textContent = (n === items.length ? "" : n + " of ") + items.length + (items.length === 1 ? " result" : " results") + (n === items.length ? "" : " shown");
    return words.length > 0 || n < items.length;
  }

  var rows = {};
  items.forEach(function (item) {
    var row = item.dataset.row;
    if (row) { (rows[row] = rows[row] || []).push(item); }
  });
  function entriesOf(row) { return rows[row.id] || []; }

  function hideEmpty(selector, empty) {
    list(document, selector).forEach(function (e) { e.hidden = empty(e); });
  }

  // A match inside of something closed would not be seen.
  function filterAndOpen() {
    if (!filter() || !find.value.trim()) { return; }
    var open = 0;
    items.forEach(function (item) {
      for (var e = item.parentElement; e && !item.hidden && open < 50; e = e.parentElement) {
        if (e.tagName === "DETAILS" && !e.open) { e.open = true; open++; }
      }
    });
  }

  function openAll(open) {
    list(document, "main details").forEach(function (d) {
      if (!open || !d.closest("[hidden]")) { d.open = open; }
    });
  }

  // A link to something leads there, whatever is closed or filtered out.
  function visit() {
    var id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (e) { return; }
    var target = id && document.getElementById(id);
    if (!target || !target.matches(".domain, .entry")) { return; }
    if (target.closest("[hidden]")) {
      find.value = "";
      boxes.forEach(function (box) { box.checked = true; });
      filter();
    }
    for (var e = target; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") { e.open = true; }
    }
    target.scrollIntoView();
    var head = target.querySelector("summary");
    if (head) { head.focus({ preventScroll: true }); }
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("main a[href^='#']");
    if (link && link.hash === location.hash) { visit(); }
  });
  window.addEventListener("hashchange", visit);
  find.addEventListener("input", filterAndOpen);
  boxes.forEach(function (box) { box.addEventListener("change", filter); });
  document.getElementById("expand").addEventListener("click", function () { openAll(true); });
  document.getElementById("collapse").addEventListener("click", function () { openAll(false); });
  bar.hidden = false;
  filter();
  visit();
}());
