// Types that the shared modules have in common: for editors and tests/js, never loaded.

export type Context = CanvasRenderingContext2D;
export type Align = CanvasTextAlign;
export type Baseline = CanvasTextBaseline;
export type Numbers = number[] | Float32Array | Float64Array | Uint8Array;
/** A picture of one pixel a value. */
export type Sheet = OffscreenCanvas;

/** Place and size in CSS pixels; y runs downwards. */
export interface Box { x: number; y: number; w: number; h: number }
/** Left end and width of an axis, in CSS pixels. */
export type Across = Pick<Box, "x" | "w">;
/** Pixel of a value on one axis. */
export type Scale = (value: number) => number;
/** Scale of a vertical axis, and the values that it names. */
export interface Ticked { y: Scale; ticks: number[] }
/** Words, color and the place where a line ends, x and y. */
export type EndLabel = [words: string, color: string, x: number, y: number];
/** Margins and height of a chart, in CSS pixels. */
export interface Plot { left: number; right: number; top: number; plot: number; axis: number }

/** Red, green and blue, each 0 to 255. */
export type Color = number[];
/** 256 colors, three values each. */
export type Ramp = Uint8ClampedArray;
/** The app's colors; a string is what CSS takes, mostly #rrggbb. */
export interface Theme {
  mode: "dark" | "light";
  text: string;
  faint: string;
  background: string;
  accent: string;
  font: string;
  sequential: Ramp;
  diverging: Ramp;
  classes: string[];
  first: string;
  second: string;
  bad: string;
}

/** A typed array with its shape, as NumPy has it. */
export type Packed = (Uint8Array | Float32Array) & { shape: number[] };
/** What Python says in one message: its header, and the arrays that it names. */
export interface Message { arrays: Record<string, Packed>; [name: string]: any }

/** How an axis stands: places are 0 to `last`; `count` is the place in words, null before there is one. */
export interface AxisState { on: boolean; at: number; last: number; what: string; count: string | null }
/** The elements of an axis. */
export interface AxisControls {
  element: HTMLElement;
  buttons: Record<string, HTMLButtonElement>;
  slider: HTMLInputElement;
  name: HTMLElement;
  output: HTMLElement;
}
/** What makes the axes of a view. */
export interface AxisParts {
  /** Without it the axis is that of the view's time steps: view.row of view.T. */
  axisOf?: (view: any, axis: string) => Partial<AxisState>;
  moved: (view: any, axis: string) => void;
  /** Which axis ↑ and ↓ move, and by how much ↓ does. */
  upright?: (string | number)[];
  /** Pictures per second: slow, normal and fast. */
  speeds?: number[];
}
/** Steps from `least` to `most` over a box, and the one at which the cursor stands. */
export interface CursorScale { box: Across; least: number; most: number; at: number; stride?: number }

/** What lives between two messages; each component adds its own. */
export interface View {
  root: any;
  find: (selector: string) => any;
  message: any;
  /** The axis that plays, and its timer. */
  playing: string | null;
  timer: any;
  [name: string]: any;
}
/** What makes a component, see `componentView`. */
export interface ViewParts {
  root: string;
  create: (view: any) => void;
  receive: (view: any, message: any) => void;
  draw?: (view: any) => void;
  settingOf?: (view: any) => any;
  leave?: (view: any) => void;
}
/** What Streamlit calls a component with. */
export interface Component {
  data: Uint8Array;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue: (name: string, value: any) => void;
  setTriggerValue?: (name: string, value: any) => void;
}

/** Loss and accuracy over training steps; test_step and test_accuracy go together. */
export interface Curves { step: Numbers; loss: Numbers; accuracy: Numbers; test_step: Numbers; test_accuracy: Numbers }
/** One of several runs over each other. */
export interface Run extends Curves { name: string; colour: string; mark: string }
/** Steps of an axis: its length, those that one can go to, the cursor and the mouse. */
export interface OverSteps { steps: number; frames: Numbers; at: number | null; hover: number | null; stretched?: boolean }
/** A chart of several runs while it is drawn. */
export interface OverChart { g: Context; box: Box & { right: number }; x: Scale }
/** A heatmap over time steps, by its values (T × units) or as a finished sheet. */
export interface Panel {
  label: string;
  units: number;
  sheet?: Sheet;
  values?: Numbers;
  /** Which ramp of the theme. */
  scale?: string;
  range?: number[];
}
/** Belief (T × K), and the step from which the answer no longer changes; 0 where there is none. */
export interface Reading { belief: Packed; decided?: number }
/** How to draw rows of a reading; `sizes` in CSS pixels. */
export interface RowOptions {
  cursor?: number | null;
  unit?: number | null;
  word?: string;
  sizes?: Record<"left" | "right" | "top" | "ribbons" | "gap" | "heat" | "axis", number>;
  steps?: number;
}
