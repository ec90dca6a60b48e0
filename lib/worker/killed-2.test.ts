import { killedAnywhere } from "./killed-scenarios";

killedAnywhere({ share: 2, of: 4 });
