import { faultedAnywhere } from "./faulted-scenarios";

faultedAnywhere({ share: 3, of: 4 });
