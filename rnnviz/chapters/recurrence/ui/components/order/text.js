// What each network makes of the rows in an order, in words.

export const NETWORK = "network";
export const LEARNT = "learnt";
export const ALL_AT_ONCE = "sees all rows at once";
export const orderName = (order) => `read ${order}`;
export const digitLabel = (words, order) => `${words}, read ${order}`;
export const howWords = (order) => `its rows as they are read, ${order}`;
export const allLabel = (name) => `${name} ${ALL_AT_ONCE}`;
export const beliefsLabel = (name) => `What ${name} believes after each row`;
