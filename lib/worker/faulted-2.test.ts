import { faultedAnywhere } from "./faulted-scenarios";

faultedAnywhere({ share: 2, of: 4 });
