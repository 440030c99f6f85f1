// On every page.

import "./offline.js";
import { takeToken } from "./token.js";

takeToken();
