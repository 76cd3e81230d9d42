// Nothing to declare: the plugin EmbedAssets makes a part of the program of what is in the folder Assets.
