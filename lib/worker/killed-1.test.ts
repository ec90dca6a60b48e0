import { killedAnywhere } from "./killed-scenarios";

killedAnywhere({ share: 1, of: 4 });
