import { killedAnywhere } from "./killed-scenarios";

killedAnywhere({ share: 3, of: 4 });
