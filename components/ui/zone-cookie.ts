/** The cookie that tells the server the viewer's zone, so that the first paint shows it already. */
export const zoneCookie = "belfry-zone";
