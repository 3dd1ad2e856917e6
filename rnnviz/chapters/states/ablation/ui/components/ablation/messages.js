// What a person asks for goes to Python as one message with a rising number: twice is then once.

let lastSerial = 0;

export function ask(view, what, more = {}) {
  lastSerial = Math.max(Date.now(), lastSerial + 1);
  view.send("do", { do: what, serial: lastSerial, ...more });
}
