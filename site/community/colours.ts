/** The colours of one mode. tests/site/colours.test.ts holds what is written on what to WCAG's contrast. */
export interface Palette {
  paper: string
  surface: string
  ink: string
  muted: string
  line: string
  /** Borders of things that can be typed into or pressed: 3:1 against paper. */
  edge: string
  accent: string
  onAccent: string
  accentSoft: string
  sun: string
  sunSoft: string
  leaf: string
  leafSoft: string
  alarm: string
  alarmSoft: string
}

export const light: Palette = {
  paper: '#fbf6ef',
  surface: '#ffffff',
  ink: '#261a2c',
  muted: '#655a6b',
  line: '#e8dcd2',
  edge: '#8d7f8f',
  accent: '#86215c',
  onAccent: '#ffffff',
  accentSoft: '#f7e3ee',
  sun: '#e9a13b',
  sunSoft: '#fdecd0',
  leaf: '#2f6b58',
  leafSoft: '#dcefe6',
  alarm: '#a3261f',
  alarmSoft: '#fde7e3',
}

export const dark: Palette = {
  paper: '#18111c',
  surface: '#221927',
  ink: '#f6eef4',
  muted: '#bcafc1',
  line: '#3a2d40',
  edge: '#8b7d92',
  accent: '#f2a5cf',
  onAccent: '#35092a',
  accentSoft: '#46203a',
  sun: '#efb45d',
  sunSoft: '#443318',
  leaf: '#8fd0b6',
  leafSoft: '#1d3b31',
  alarm: '#ffb0a4',
  alarmSoft: '#4d201b',
}
