import { killedAnywhere } from "./killed-scenarios";

killedAnywhere({ share: 4, of: 4 });
