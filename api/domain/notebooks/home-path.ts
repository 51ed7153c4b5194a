/** Where the home volume is mounted: the home of the user that the Jupyter images run as. */
export const HOME_PATH = "/home/jovyan";
