// The draft's grid under the hand: dragging, keys, touch, the panel. What they do are the posts of the forms; without
// these modules the forms do everything. A file each:
//   wall    wall times                       board   reading the grid
//   aim     where something held would land  show    what is seen meanwhile
//   hold    pointers                         nudge   moving by steps
//   keys    the keyboard                     chosen  a session chosen by a finger
//   acts    what letting go does             send    one post after another
//   settle  gliding, scroll and focus        panel   the form beside the grid
//   scroll  near an edge, while held         openings  who is free and which rooms fit, asked of the server

import "./agenda-draft-settle.js";
import "./agenda-draft-panel.js";
import "./agenda-draft-hold.js";
import "./agenda-draft-keys.js";
