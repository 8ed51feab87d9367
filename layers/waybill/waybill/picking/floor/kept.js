// Keeps the page, so that it opens where there is no connection. What it shows comes from the API and the phone's own store.
const NAME = "floor-1";
const FILES = ["/floor", "/floor/app.js", "/floor/walk.js", "/floor/style.css"];

self.addEventListener("install", (event) => event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || !FILES.includes(pathname)) return;
  event.respondWith(
    fetch(event.request).then((answer) => {
      if (answer.ok) {
        const copy = answer.clone();
        event.waitUntil(caches.open(NAME).then((cache) => cache.put(pathname, copy)));
      }
      return answer;
    }).catch(() => caches.match(pathname)),
  );
});
